// node-ical.cjs - the events of a calendar as node-ical understands them
//
//	node node-ical.cjs NODE_MODULES FILE.ics
const ical = require(process.argv[2] + '/node-ical');
const all = ical.sync.parseFile(process.argv[3]);
for (const item of Object.values(all)) {
	if (item.type !== 'VEVENT')
		continue;
	const rule = item.rrule ? item.rrule.toString().replace(/\n/g, ' ') : '';
	console.log('VEVENT', item.start.toISOString(),
	    `alarms=${(item.alarms ?? []).length}`, rule, item.summary);
}
