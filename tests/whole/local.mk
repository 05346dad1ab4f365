# tests of whole: the service with all its programs
TESTS += tests/whole/journal.t tests/whole/milter.t
EXTRA_DIST += tests/whole/milter.t
EXTRA_DIST += tests/whole/journal.t tests/whole/postfix.sh \
	tests/mailgw/lmtp.py tests/mailgw/journal
TESTS += tests/whole/house.t tests/whole/supervise.t \
	tests/whole/service.t tests/whole/kill.t tests/whole/faults.t \
	tests/whole/postfix.t
EXTRA_DIST += tests/whole/supervise.t tests/whole/whole.sh \
	tests/whole/house.t tests/whole/service.t tests/whole/kill.t tests/whole/faults.t tests/whole/kill.py \
	tests/whole/postfix.t tests/whole/mails/1-plain.eml \
	tests/whole/mails/2-dots.eml tests/whole/mails/3-html.eml \
	tests/whole/mails/4-latin1.eml tests/whole/mails/6-inside.eml
TESTS += tests/whole/rights.t
EXTRA_DIST += tests/whole/rights.t
TESTS += tests/whole/web.t
EXTRA_DIST += tests/whole/web.t
TESTS += tests/whole/invite.t tests/whole/reply.t
EXTRA_DIST += tests/whole/invite.t tests/whole/reply.t tests/cal/partstat.py
TESTS += tests/whole/mailbox.t
EXTRA_DIST += tests/whole/mailbox.t tests/whole/mailbox.py
TESTS += tests/whole/tls.t
EXTRA_DIST += tests/whole/tls.t
TESTS += tests/whole/imap.t
EXTRA_DIST += tests/whole/imap.t tests/whole/imap.py tests/whole/dovecot.sh
