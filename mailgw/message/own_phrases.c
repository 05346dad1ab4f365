/*
 * own_phrases.c - the phrases around a mail's own words, and their matching
 */
#include "core/core.h"

#include "mailgw/message/own_phrases.h"

static const struct phrase {
	unsigned kind;
	const char *text;
} phrases[] = {
	/* --- the start of a line that introduces a quotation */
	{ OWN_ATTR_START, "^le" }, /* fr */
	{ OWN_ATTR_START, "^en date du" },
	{ OWN_ATTR_START, "^message du" },
	{ OWN_ATTR_START, "^on" }, /* en */
	{ OWN_ATTR_START, "^at" },
	{ OWN_ATTR_START, "^in a message dated" },
	{ OWN_ATTR_START, "^quoting" },
	{ OWN_ATTR_START, "^am" }, /* de */
	{ OWN_ATTR_START, "^zitat von" },
	{ OWN_ATTR_START, "^gesendet am" },
	{ OWN_ATTR_START, "^el" }, /* es */
	{ OWN_ATTR_START, "^citando a" },
	{ OWN_ATTR_START, "^il" }, /* it */
	{ OWN_ATTR_START, "^in data" },
	{ OWN_ATTR_START, "^il giorno" },
	{ OWN_ATTR_START, "^op" }, /* nl */
	{ OWN_ATTR_START, "^citeren" },
	{ OWN_ATTR_START, "^em" }, /* pt */
	{ OWN_ATTR_START, "^a" },
	{ OWN_ATTR_START, "^no dia" },

	{ OWN_ATTR_VERB, "a ecrit" }, /* fr */
	{ OWN_ATTR_VERB, "ecrivait" },
	{ OWN_ATTR_VERB, "nous a ecrit" },
	{ OWN_ATTR_VERB, "wrote" }, /* en */
	{ OWN_ATTR_VERB, "writes" },
	{ OWN_ATTR_VERB, "schrieb" }, /* de */
	{ OWN_ATTR_VERB, "geschrieben" },
	{ OWN_ATTR_VERB, "escribio" }, /* es */
	{ OWN_ATTR_VERB, "ha escrito" },
	{ OWN_ATTR_VERB, "ha scritto" }, /* it */
	{ OWN_ATTR_VERB, "scrisse" },
	{ OWN_ATTR_VERB, "schreef" }, /* nl */
	{ OWN_ATTR_VERB, "geschreven" },
	{ OWN_ATTR_VERB, "escreveu" }, /* pt */

	/* --- between dashes, above a quoted or forwarded mail */
	{ OWN_SEPARATOR, "message d'origine" }, /* fr */
	{ OWN_SEPARATOR, "message original" },
	{ OWN_SEPARATOR, "message initial" },
	{ OWN_SEPARATOR, "message transfere" },
	{ OWN_SEPARATOR, "courriel original" },
	{ OWN_SEPARATOR, "mail original" },
	{ OWN_SEPARATOR, "mail transfere" },
	{ OWN_SEPARATOR, "original message" }, /* en */
	{ OWN_SEPARATOR, "original email" },
	{ OWN_SEPARATOR, "forwarded message" },
	{ OWN_SEPARATOR, "forwarded by" },
	{ OWN_SEPARATOR, "forwarded mail" },
	{ OWN_SEPARATOR, "reply message" },
	{ OWN_SEPARATOR, "original appointment" },
	{ OWN_SEPARATOR, "ursprungliche nachricht" }, /* de */
	{ OWN_SEPARATOR, "originalnachricht" },
	{ OWN_SEPARATOR, "original-nachricht" },
	{ OWN_SEPARATOR, "weitergeleitete nachricht" },
	{ OWN_SEPARATOR, "mensaje original" }, /* es */
	{ OWN_SEPARATOR, "mensaje reenviado" },
	{ OWN_SEPARATOR, "messaggio originale" }, /* it */
	{ OWN_SEPARATOR, "messaggio inoltrato" },
	{ OWN_SEPARATOR, "oorspronkelijk bericht" }, /* nl */
	{ OWN_SEPARATOR, "doorgestuurd bericht" },
	{ OWN_SEPARATOR, "origineel bericht" },
	{ OWN_SEPARATOR, "mensagem original" }, /* pt */
	{ OWN_SEPARATOR, "mensagem encaminhada" },
	{ OWN_SEPARATOR, "mensagem reencaminhada" },

	{ OWN_FORWARD, "^debut du message transfere$" }, /* fr */
	{ OWN_FORWARD, "^debut du message reexpedie$" },
	{ OWN_FORWARD, "^begin forwarded message$" }, /* en */
	{ OWN_FORWARD, "^anfang der weitergeleiteten nachricht$" },
	{ OWN_FORWARD, "^anfang der weitergeleiteten e-mail$" },
	{ OWN_FORWARD, "^inicio del mensaje reenviado$" },     /* es */
	{ OWN_FORWARD, "^inizio messaggio inoltrato$" },       /* it */
	{ OWN_FORWARD, "^begin doorgestuurd bericht$" },       /* nl */
	{ OWN_FORWARD, "^inicio da mensagem reencaminhada$" }, /* pt */
	{ OWN_FORWARD, "^inicio da mensagem encaminhada$" },

	{ OWN_END_FORWARD, "fin du message transfere" },
	{ OWN_END_FORWARD, "fin du message reexpedie" },
	{ OWN_END_FORWARD, "end of forwarded message" },
	{ OWN_END_FORWARD, "end forwarded message" },
	{ OWN_END_FORWARD, "ende der weitergeleiteten nachricht" },
	{ OWN_END_FORWARD, "fin del mensaje reenviado" },
	{ OWN_END_FORWARD, "fine messaggio inoltrato" },
	{ OWN_END_FORWARD, "einde doorgestuurd bericht" },
	{ OWN_END_FORWARD, "fim da mensagem encaminhada" },

	/* --- labels of a quoted mail's head; a colon must follow */
	{ OWN_FROM, "^de" }, /* fr, es, pt */
	{ OWN_FROM, "^expediteur" },
	{ OWN_FROM, "^from" }, /* en */
	{ OWN_FROM, "^von" },  /* de */
	{ OWN_FROM, "^da" },   /* it */
	{ OWN_FROM, "^van" },  /* nl */
	{ OWN_FROM, "^remitente" },
	{ OWN_FROM, "^mittente" },
	{ OWN_FROM, "^absender" },
	{ OWN_SENT, "^envoye" }, /* fr */
	{ OWN_SENT, "^envoye le" },
	{ OWN_SENT, "^date d'envoi" },
	{ OWN_SENT, "^sent" },     /* en */
	{ OWN_SENT, "^gesendet" }, /* de */
	{ OWN_SENT, "^enviado" },  /* es, pt */
	{ OWN_SENT, "^enviado el" },
	{ OWN_SENT, "^enviada em" },
	{ OWN_SENT, "^enviado em" },
	{ OWN_SENT, "^inviato" },   /* it */
	{ OWN_SENT, "^verzonden" }, /* nl */
	{ OWN_DATE, "^date" },
	{ OWN_DATE, "^datum" },
	{ OWN_DATE, "^fecha" },
	{ OWN_DATE, "^data" },
	{ OWN_TO, "^a" }, /* fr, it */
	{ OWN_TO, "^pour" },
	{ OWN_TO, "^destinataire" },
	{ OWN_TO, "^to" },         /* en */
	{ OWN_TO, "^an" },         /* de */
	{ OWN_TO, "^para" },       /* es, pt */
	{ OWN_TO, "^aan" },        /* nl */
	{ OWN_SUBJECT, "^objet" }, /* fr */
	{ OWN_SUBJECT, "^sujet" },
	{ OWN_SUBJECT, "^subject" },   /* en */
	{ OWN_SUBJECT, "^betreff" },   /* de */
	{ OWN_SUBJECT, "^asunto" },    /* es */
	{ OWN_SUBJECT, "^oggetto" },   /* it */
	{ OWN_SUBJECT, "^onderwerp" }, /* nl */
	{ OWN_SUBJECT, "^assunto" },   /* pt */
	{ OWN_OTHER, "^cc" },
	{ OWN_OTHER, "^bcc" },
	{ OWN_OTHER, "^cci" },
	{ OWN_OTHER, "^kopie" },
	{ OWN_OTHER, "^copie a" },
	{ OWN_OTHER, "^reply-to" },
	{ OWN_OTHER, "^repondre a" },
	{ OWN_OTHER, "^importance" },
	{ OWN_OTHER, "^pieces jointes" },
	{ OWN_OTHER, "^attachments" },
	{ OWN_OTHER, "^anlagen" },
	{ OWN_OTHER, "^message-id" },

	/* --- the end of a letter */
	{ OWN_CLOSE, "^cordialement" }, /* fr */
	{ OWN_CLOSE, "^bien cordialement" },
	{ OWN_CLOSE, "^tres cordialement" },
	{ OWN_CLOSE, "^cordiales salutations" },
	{ OWN_CLOSE, "^sinceres salutations" },
	{ OWN_CLOSE, "^salutations$" },
	{ OWN_CLOSE, "^salutations," },
	{ OWN_CLOSE, "^salutations cordiales" },
	{ OWN_CLOSE, "^salutations distinguees" },
	{ OWN_CLOSE, "^meilleures salutations" },
	{ OWN_CLOSE, "^avec mes salutations" },
	{ OWN_CLOSE, "^avec mes meilleures salutations" },
	{ OWN_CLOSE, "^avec nos meilleures salutations" },
	{ OWN_CLOSE, "^bien a vous" },
	{ OWN_CLOSE, "^bien a toi" },
	{ OWN_CLOSE, "^amicalement" },
	{ OWN_CLOSE, "^bien amicalement" },
	{ OWN_CLOSE, "^respectueusement" },
	{ OWN_CLOSE, "^sincerement$" },
	{ OWN_CLOSE, "^sincerement," },
	{ OWN_CLOSE, "^bien sincerement" },
	{ OWN_CLOSE, "^cdt$" },
	{ OWN_CLOSE, "^cdlt$" },
	{ OWN_CLOSE, "^cordlt$" },
	{ OWN_CLOSE, "^bav$" },
	{ OWN_CLOSE, "^kind regards" }, /* en */
	{ OWN_CLOSE, "^best regards" },
	{ OWN_CLOSE, "^warm regards" },
	{ OWN_CLOSE, "^warmest regards" },
	{ OWN_CLOSE, "^with kind regards" },
	{ OWN_CLOSE, "^with best regards" },
	{ OWN_CLOSE, "^regards$" },
	{ OWN_CLOSE, "^regards," },
	{ OWN_CLOSE, "^many regards" },
	{ OWN_CLOSE, "^kindest regards" },
	{ OWN_CLOSE, "^thanks and regards" },
	{ OWN_CLOSE, "^thanks & regards" },
	{ OWN_CLOSE, "^yours$" },
	{ OWN_CLOSE, "^yours ever" },
	{ OWN_CLOSE, "^yours," },
	{ OWN_CLOSE, "^yours sincerely" },
	{ OWN_CLOSE, "^yours faithfully" },
	{ OWN_CLOSE, "^yours truly" },
	{ OWN_CLOSE, "^sincerely$" },
	{ OWN_CLOSE, "^sincerely," },
	{ OWN_CLOSE, "^sincerely yours" },
	{ OWN_CLOSE, "^respectfully$" },
	{ OWN_CLOSE, "^respectfully," },
	{ OWN_CLOSE, "^respectfully yours" },
	{ OWN_CLOSE, "^best wishes" },
	{ OWN_CLOSE, "^all the best" },
	{ OWN_CLOSE, "^rgds$" },
	{ OWN_CLOSE, "^br$" },
	{ OWN_CLOSE, "^mit freundlichen grussen" }, /* de */
	{ OWN_CLOSE, "^mit freundlichem gruss" },
	{ OWN_CLOSE, "^freundliche grusse" },
	{ OWN_CLOSE, "^viele grusse" },
	{ OWN_CLOSE, "^beste grusse" },
	{ OWN_CLOSE, "^herzliche grusse" },
	{ OWN_CLOSE, "^liebe grusse" },
	{ OWN_CLOSE, "^schone grusse" },
	{ OWN_CLOSE, "^hochachtungsvoll" },
	{ OWN_CLOSE, "^mfg$" },
	{ OWN_CLOSE, "^saludos" }, /* es */
	{ OWN_CLOSE, "^un saludo" },
	{ OWN_CLOSE, "^un cordial saludo" },
	{ OWN_CLOSE, "^saludos cordiales" },
	{ OWN_CLOSE, "^atentamente" },
	{ OWN_CLOSE, "^reciba un cordial saludo" },
	{ OWN_CLOSE, "^cordiali saluti" }, /* it */
	{ OWN_CLOSE, "^distinti saluti" },
	{ OWN_CLOSE, "^saluti" },
	{ OWN_CLOSE, "^un saluto" },
	{ OWN_CLOSE, "^cordialmente" },
	{ OWN_CLOSE, "^met vriendelijke groet" }, /* nl */
	{ OWN_CLOSE, "^met vriendelijke groeten" },
	{ OWN_CLOSE, "^vriendelijke groeten" },
	{ OWN_CLOSE, "^hartelijke groet" },
	{ OWN_CLOSE, "^groeten" },
	{ OWN_CLOSE, "^mvg$" },
	{ OWN_CLOSE, "^cumprimentos" }, /* pt */
	{ OWN_CLOSE, "^com os melhores cumprimentos" },
	{ OWN_CLOSE, "^melhores cumprimentos" },
	{ OWN_CLOSE, "^atenciosamente" },
	{ OWN_CLOSE, "^abracos" },

	/* these close a letter only where a name or the end follows */
	{ OWN_CLOSE_WEAK, "^merci" }, /* fr */
	{ OWN_CLOSE_WEAK, "^merci d'avance" },
	{ OWN_CLOSE_WEAK, "^bonne journee" },
	{ OWN_CLOSE_WEAK, "^bonne soiree" },
	{ OWN_CLOSE_WEAK, "^bonne reception" },
	{ OWN_CLOSE_WEAK, "^bonne fin de" },
	{ OWN_CLOSE_WEAK, "^bonne semaine" },
	{ OWN_CLOSE_WEAK, "^bonne" },
	{ OWN_CLOSE_WEAK, "^bon week-end" },
	{ OWN_CLOSE_WEAK, "^bon weekend" },
	{ OWN_CLOSE_WEAK, "^bon we" },
	{ OWN_CLOSE_WEAK, "^bon courage" },
	{ OWN_CLOSE_WEAK, "^bons baisers" },
	{ OWN_CLOSE_WEAK, "^belle journee" },
	{ OWN_CLOSE_WEAK, "^excellente journee" },
	{ OWN_CLOSE_WEAK, "^tres bonne" },
	{ OWN_CLOSE_WEAK, "^bises" },
	{ OWN_CLOSE_WEAK, "^biz" },
	{ OWN_CLOSE_WEAK, "^bizz" },
	{ OWN_CLOSE_WEAK, "^bisous" },
	{ OWN_CLOSE_WEAK, "^a bientot" },
	{ OWN_CLOSE_WEAK, "^a tres vite" },
	{ OWN_CLOSE_WEAK, "^a plus" },
	{ OWN_CLOSE_WEAK, "^a+$" },
	{ OWN_CLOSE_WEAK, "^a la revoyure" },
	{ OWN_CLOSE_WEAK, "^vous remerciant" },
	{ OWN_CLOSE_WEAK, "^vous en souhaitant bonne" },
	{ OWN_CLOSE_WEAK, "^dans l'attente" },
	{ OWN_CLOSE_WEAK, "^restant a votre" },
	{ OWN_CLOSE_WEAK, "^sportivement" },
	{ OWN_CLOSE_WEAK, "^thanks" }, /* en */
	{ OWN_CLOSE_WEAK, "^thank you" },
	{ OWN_CLOSE_WEAK, "^many thanks" },
	{ OWN_CLOSE_WEAK, "^with thanks" },
	{ OWN_CLOSE_WEAK, "^ta$" },
	{ OWN_CLOSE_WEAK, "^cheers" },
	{ OWN_CLOSE_WEAK, "^best$" },
	{ OWN_CLOSE_WEAK, "^kind$" },
	{ OWN_CLOSE_WEAK, "^warmly$" },
	{ OWN_CLOSE_WEAK, "^take care" },
	{ OWN_CLOSE_WEAK, "^have a" },
	{ OWN_CLOSE_WEAK, "^speak soon" },
	{ OWN_CLOSE_WEAK, "^talk soon" },
	{ OWN_CLOSE_WEAK, "^see you" },
	{ OWN_CLOSE_WEAK, "^enjoy" },
	{ OWN_CLOSE_WEAK, "^danke" }, /* de */
	{ OWN_CLOSE_WEAK, "^vielen dank" },
	{ OWN_CLOSE_WEAK, "^gruss" },
	{ OWN_CLOSE_WEAK, "^grusse" },
	{ OWN_CLOSE_WEAK, "^lg$" },
	{ OWN_CLOSE_WEAK, "^vg$" },
	{ OWN_CLOSE_WEAK, "^gracias" }, /* es */
	{ OWN_CLOSE_WEAK, "^grazie" },  /* it */
	{ OWN_CLOSE_WEAK, "^buona giornata" },
	{ OWN_CLOSE_WEAK, "^bedankt" }, /* nl */
	{ OWN_CLOSE_WEAK, "^groet" },
	{ OWN_CLOSE_WEAK, "^obrigado" }, /* pt */
	{ OWN_CLOSE_WEAK, "^obrigada" },

	{ OWN_FORMULA, "salutations distinguees" },
	{ OWN_FORMULA, "salutations les meilleures" },
	{ OWN_FORMULA, "sinceres salutations" },
	{ OWN_FORMULA, "meilleures salutations" },
	{ OWN_FORMULA, "respectueuses salutations" },
	{ OWN_FORMULA, "cordiales salutations" },
	{ OWN_FORMULA, "sentiments distingues" },
	{ OWN_FORMULA, "sentiments les meilleurs" },
	{ OWN_FORMULA, "meilleurs sentiments" },
	{ OWN_FORMULA, "sentiments devoues" },
	{ OWN_FORMULA, "consideration distinguee" },
	{ OWN_FORMULA, "parfaite consideration" },

	/* --- added by a telephone or a client */
	{ OWN_MOBILE, "^envoye de mon" }, /* fr */
	{ OWN_MOBILE, "^envoye depuis mon" },
	{ OWN_MOBILE, "^envoye depuis l'application" },
	{ OWN_MOBILE, "^envoye depuis ma" },
	{ OWN_MOBILE, "^envoye a partir de" },
	{ OWN_MOBILE, "^envoye avec" },
	{ OWN_MOBILE, "^envoye via" },
	{ OWN_MOBILE, "^envoye par mon" },
	{ OWN_MOBILE, "^envoye du" },
	{ OWN_MOBILE, "^envoye depuis outlook" },
	{ OWN_MOBILE, "^envoye depuis yahoo" },
	{ OWN_MOBILE, "^envoye depuis mail" },
	{ OWN_MOBILE, "^provenance : courrier" },
	{ OWN_MOBILE, "^obtenez outlook" },
	{ OWN_MOBILE, "^obtenir outlook" },
	{ OWN_MOBILE, "^telecharger outlook" },
	{ OWN_MOBILE, "^telechargez outlook" },
	{ OWN_MOBILE, "^sent from my" }, /* en */
	{ OWN_MOBILE, "^sent from mail for" },
	{ OWN_MOBILE, "^sent from yahoo" },
	{ OWN_MOBILE, "^sent from outlook" },
	{ OWN_MOBILE, "^sent from samsung" },
	{ OWN_MOBILE, "^sent via" },
	{ OWN_MOBILE, "^sent using" },
	{ OWN_MOBILE, "^sent with" },
	{ OWN_MOBILE, "^sent on the" },
	{ OWN_MOBILE, "^get outlook for" },
	{ OWN_MOBILE, "^sent from a mobile" },
	{ OWN_MOBILE, "^sent from mobile" },
	{ OWN_MOBILE, "^von meinem" }, /* de */
	{ OWN_MOBILE, "^gesendet von meinem" },
	{ OWN_MOBILE, "^gesendet mit" },
	{ OWN_MOBILE, "^holen sie sich outlook" },
	{ OWN_MOBILE, "^enviado desde" }, /* es */
	{ OWN_MOBILE, "^obtener outlook" },
	{ OWN_MOBILE, "^inviato da" }, /* it */
	{ OWN_MOBILE, "^inviato dal" },
	{ OWN_MOBILE, "^scarica outlook" },
	{ OWN_MOBILE, "^verstuurd vanaf" }, /* nl */
	{ OWN_MOBILE, "^verzonden vanaf" },
	{ OWN_MOBILE, "^outlook voor" },
	{ OWN_MOBILE, "^enviado do meu" }, /* pt */
	{ OWN_MOBILE, "^enviado a partir do" },
	{ OWN_MOBILE, "^enviado de mi" },
	{ OWN_MOBILE, "^obter o outlook" },

	/* --- added by lawyers, mail servers and marketing: the paragraph goes */
	{ OWN_LEGAL, "^ce message et" }, /* fr */
	{ OWN_LEGAL, "ce message est confidentiel" },
	{ OWN_LEGAL, "^ce message peut contenir" },
	{ OWN_LEGAL, "^ce message contient des informations" },
	{ OWN_LEGAL, "^ce courriel et" },
	{ OWN_LEGAL, "ce courriel peut contenir" },
	{ OWN_LEGAL, "^ce courriel est confidentiel" },
	{ OWN_LEGAL, "^ce mail et" },
	{ OWN_LEGAL, "^ce mail est confidentiel" },
	{ OWN_LEGAL, "^cet e-mail et" },
	{ OWN_LEGAL, "^cet email et" },
	{ OWN_LEGAL, "^ce courrier electronique" },
	{ OWN_LEGAL, "ne sont pas le destinataire" },
	{ OWN_LEGAL, "n'etes pas le destinataire" },
	{ OWN_LEGAL, "recu ce message par erreur" },
	{ OWN_LEGAL, "recu ce courriel par erreur" },
	{ OWN_LEGAL, "l'avez recu par erreur" },
	{ OWN_LEGAL, "^pensez a l'environnement" },
	{ OWN_LEGAL, "avant d'imprimer" },
	{ OWN_LEGAL, "^avis de confidentialite" },
	{ OWN_LEGAL, "^confidentialite :" },
	{ OWN_LEGAL, "^confidentialite:" },
	{ OWN_LEGAL, "ne vous demandera jamais" },
	{ OWN_LEGAL, "ne vous demanderons jamais" },
	{ OWN_LEGAL, "sera jamais amene a vous demander" },
	{ OWN_LEGAL, "se desabonner" },
	{ OWN_LEGAL, "se desinscrire" },
	{ OWN_LEGAL, "vous desabonner" },
	{ OWN_LEGAL, "vous desinscrire" },
	{ OWN_LEGAL, "^ceci est un message automatique" },
	{ OWN_LEGAL, "^ce message est automatique" },
	{ OWN_LEGAL, "^merci de ne pas repondre a ce" },
	{ OWN_LEGAL, "^ne pas repondre a ce" },
	{ OWN_LEGAL, "au capital de" },
	{ OWN_LEGAL, "conformement au rgpd" },
	{ OWN_LEGAL, "loi informatique et libertes" },
	{ OWN_LEGAL, "^conformement a la loi" },
	{ OWN_LEGAL, "protection des donnees" },
	{ OWN_LEGAL, "^this message and" }, /* en */
	{ OWN_LEGAL, "^this e-mail and" },
	{ OWN_LEGAL, "^this email and" },
	{ OWN_LEGAL, "^this message is" },
	{ OWN_LEGAL, "^this e-mail is" },
	{ OWN_LEGAL, "^this email is" },
	{ OWN_LEGAL, "^this message contains" },
	{ OWN_LEGAL, "^this email contains" },
	{ OWN_LEGAL, "^this e-mail contains" },
	{ OWN_LEGAL, "^this email may contain" },
	{ OWN_LEGAL, "^this e-mail may contain" },
	{ OWN_LEGAL, "^this message may contain" },
	{ OWN_LEGAL, "^this communication" },
	{ OWN_LEGAL, "^the information contained in" },
	{ OWN_LEGAL, "^the information in this" },
	{ OWN_LEGAL, "^the contents of this" },
	{ OWN_LEGAL, "this e-mail is confidential" },
	{ OWN_LEGAL, "this email is confidential" },
	{ OWN_LEGAL, "not the intended recipient" },
	{ OWN_LEGAL, "received this email in error" },
	{ OWN_LEGAL, "received this e-mail in error" },
	{ OWN_LEGAL, "received this message in error" },
	{ OWN_LEGAL, "^confidentiality:" },
	{ OWN_LEGAL, "^confidentiality notice" },
	{ OWN_LEGAL, "^disclaimer" },
	{ OWN_LEGAL, "^privileged and confidential" },
	{ OWN_LEGAL, "^confidential:" },
	{ OWN_LEGAL, "before printing" },
	{ OWN_LEGAL, "^please consider the environment" },
	{ OWN_LEGAL, "^cyber crime" },
	{ OWN_LEGAL, "^cybercrime" },
	{ OWN_LEGAL, "^fraud warning" },
	{ OWN_LEGAL, "bank details will not change" },
	{ OWN_LEGAL, "never ask you for your password" },
	{ OWN_LEGAL, "will never ask you" },
	{ OWN_LEGAL, "will never ask for" },
	{ OWN_LEGAL, "authorised and regulated" },
	{ OWN_LEGAL, "authorized and regulated" },
	{ OWN_LEGAL, "registered in england" },
	{ OWN_LEGAL, "registered in scotland" },
	{ OWN_LEGAL, "^registered office" },
	{ OWN_LEGAL, "^company number" },
	{ OWN_LEGAL, "company registration" },
	{ OWN_LEGAL, "^to unsubscribe" },
	{ OWN_LEGAL, "^unsubscribe" },
	{ OWN_LEGAL, "^you are receiving this" },
	{ OWN_LEGAL, "^you received this" },
	{ OWN_LEGAL, "^this is an automated" },
	{ OWN_LEGAL, "^this is an automatic" },
	{ OWN_LEGAL, "^please do not reply to this" },
	{ OWN_LEGAL, "^do not reply to this" },
	{ OWN_LEGAL, "this email originated from outside" },
	{ OWN_LEGAL, "attention aux fraudes" },
	{ OWN_LEGAL, "ne modifiera jamais ses coordonnees" },
	{ OWN_LEGAL, "^diese e-mail" }, /* de */
	{ OWN_LEGAL, "^diese nachricht" },
	{ OWN_LEGAL, "vertrauliche informationen" },
	{ OWN_LEGAL, "^geschaftsfuhrer" },
	{ OWN_LEGAL, "^sitz der gesellschaft" },
	{ OWN_LEGAL, "^este mensaje" }, /* es */
	{ OWN_LEGAL, "^este correo" },
	{ OWN_LEGAL, "^antes de imprimir" },
	{ OWN_LEGAL, "^questo messaggio" }, /* it */
	{ OWN_LEGAL, "^le informazioni contenute" },
	{ OWN_LEGAL, "^la presente e-mail" },
	{ OWN_LEGAL, "^dit bericht" }, /* nl */
	{ OWN_LEGAL, "^deze e-mail" },
	{ OWN_LEGAL, "^de informatie in dit" },
	{ OWN_LEGAL, "^esta mensagem" }, /* pt */
	{ OWN_LEGAL, "^este e-mail" },

	/* no name and no title holds these: a line of them is said */
	{ OWN_SAID, "lundi" },
	{ OWN_SAID, "mardi" },
	{ OWN_SAID, "mercredi" },
	{ OWN_SAID, "jeudi" },
	{ OWN_SAID, "vendredi" },
	{ OWN_SAID, "samedi" },
	{ OWN_SAID, "dimanche" },
	{ OWN_SAID, "demain" },
	{ OWN_SAID, "aujourd'hui" },
	{ OWN_SAID, "matin" },
	{ OWN_SAID, "soir" },
	{ OWN_SAID, "midi" },
	{ OWN_SAID, "semaine" },
	{ OWN_SAID, "promis" },
	{ OWN_SAID, "entendu" },
	{ OWN_SAID, "oui" },
	{ OWN_SAID, "non" },
	{ OWN_SAID, "ok" },
	{ OWN_SAID, "d'accord" },
	{ OWN_SAID, "monday" },
	{ OWN_SAID, "tuesday" },
	{ OWN_SAID, "wednesday" },
	{ OWN_SAID, "thursday" },
	{ OWN_SAID, "friday" },
	{ OWN_SAID, "saturday" },
	{ OWN_SAID, "sunday" },
	{ OWN_SAID, "tomorrow" },
	{ OWN_SAID, "today" },
	{ OWN_SAID, "tonight" },
	{ OWN_SAID, "morning" },
	{ OWN_SAID, "afternoon" },
	{ OWN_SAID, "evening" },
	{ OWN_SAID, "week" },
	{ OWN_SAID, "yes" },
	{ OWN_SAID, "promised" },
	{ OWN_SAID, "will" },
	{ OWN_SAID, "to follow" },

	{ OWN_PS, "^ps" },
	{ OWN_PS, "^p.s" },
	{ OWN_PS, "^p.-s" },
	{ OWN_PS, "^p-s" },
	{ OWN_PS, "^post-scriptum" },
	{ OWN_PS, "^nb" },
	{ OWN_PS, "^n.b" },
	{ OWN_PS, "^pd" },

	{ OWN_SKIP, "ecrire votre reponse au-dessus" },
	{ OWN_SKIP, "repondre au-dessus de cette ligne" },
	{ OWN_SKIP, "reponse au-dessus de cette ligne" },
	{ OWN_SKIP, "type your reply above" },
	{ OWN_SKIP, "reply above this line" },
	{ OWN_SKIP, "write above this line" },
	{ OWN_SKIP, "antworten sie oberhalb dieser" },
	{ OWN_SKIP, "begin pgp signed message" },

	{ OWN_CONTACT, "tel" },
	{ OWN_CONTACT, "telephone" },
	{ OWN_CONTACT, "phone" },
	{ OWN_CONTACT, "fax" },
	{ OWN_CONTACT, "mobile" },
	{ OWN_CONTACT, "mob" },
	{ OWN_CONTACT, "port" },
	{ OWN_CONTACT, "gsm" },
	{ OWN_CONTACT, "siret" },
	{ OWN_CONTACT, "siren" },
	{ OWN_CONTACT, "rcs" },
	{ OWN_CONTACT, "tva" },
	{ OWN_CONTACT, "vat" },
	{ OWN_CONTACT, "llc" },
	{ OWN_CONTACT, "ltd" },
	{ OWN_CONTACT, "llp" },
	{ OWN_CONTACT, "gmbh" },
	{ OWN_CONTACT, "sarl" },
	{ OWN_CONTACT, "lic" },
	{ OWN_CONTACT, "iban" },
	{ OWN_CONTACT, "www" },
	{ OWN_CONTACT, "http" },
	{ OWN_CONTACT, "https" },
};

/* the first phrase of each first letter, then a chain */
static int16_t first[256], next[ARRAY_LEN(phrases)];
static bool is_indexed;

static void
make_index(void)
{
	size_t i;
	unsigned char c;

	memset(first, -1, sizeof(first));
	for (i = ARRAY_LEN(phrases); i-- > 0;) {
		c = (unsigned char)phrases[i].text[phrases[i].text[0] == '^'];
		next[i] = first[c];
		first[c] = (int16_t)i;
	}
	is_indexed = true;
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80;
}

/* only_marks - punctuation and blanks to the end */
static bool
only_marks(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (is_word(s.at[i]))
			return false;
	return true;
}

/* has_phrase - one phrase at an offset of the line */
static bool
has_phrase(const struct phrase *p, struct slice line, size_t at, bool is_start)
{
	const char *text = p->text;
	size_t n;
	bool to_end;

	if (*text == '^') {
		if (!is_start)
			return false;
		text++;
	}
	n = strlen(text);
	to_end = text[n - 1] == '$';
	n -= to_end;
	if (line.len - at < n || memcmp(line.at + at, text, n) != 0)
		return false;
	at += n;
	if (at < line.len && is_word(line.at[at]) && is_word(text[n - 1]))
		return false;
	if (p->kind & OWN_LABELS) {
		while (at < line.len && line.at[at] == ' ')
			at++;
		return at < line.len && line.at[at] == ':';
	}
	return !to_end ||
	       only_marks((struct slice){ line.at + at, line.len - at });
}

unsigned
own_kinds(struct slice line)
{
	unsigned kinds = 0;
	size_t i;
	bool was_word = false, is_start = true;
	int16_t p;

	if (!is_indexed)
		make_index();
	for (i = 0; i < line.len; i++) {
		if (is_word(line.at[i]) && !was_word) {
			for (p = first[(unsigned char)line.at[i]]; p >= 0;
			     p = next[p])
				if ((kinds & phrases[p].kind) == 0 &&
				    has_phrase(&phrases[p], line, i, is_start))
					kinds |= phrases[p].kind;
			is_start = false;
		}
		was_word = is_word(line.at[i]);
	}
	return kinds;
}
