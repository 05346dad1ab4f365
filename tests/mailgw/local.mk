# tests of mailgw
