# cal: calendars and reminders out. Sees core, never mailgw.
