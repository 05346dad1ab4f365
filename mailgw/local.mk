# mailgw: mail in, promises to the ledger. Sees core, never cal.
