// dump.mjs - every property of a calendar as Mozilla's ical.js understands it
//
//	node dump.mjs NODE_MODULES FILE.ics
//
// The same lines that dump.py prints.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.argv[2] + '/');
const module = await import(pathToFileURL(require.resolve('ical.js')));
const ICAL = module.default ?? module;

function value(name, property, v) {
	if (v instanceof ICAL.Time)
		return v.toICALString();
	if (v instanceof ICAL.Duration && name !== 'REFRESH-INTERVAL')
		return (v.toSeconds() < 0 ? '' : '+') + v.toSeconds() + ' s';
	if (v instanceof ICAL.Recur) {
		const parts = v.toString().split(';').map((p) => p.split('='));
		return parts.sort().map(([k, x]) => `${k}=${x}`).join(';');
	}
	// without a type that it knows it leaves text as it was escaped
	if (property.type === 'unknown')
		return String(v).replace(/\\([\\;,])/g, '$1');
	return String(v);
}

function compare(a, b) {
	// by code point, as Python sorts
	const x = Array.from(a), y = Array.from(b);
	for (let i = 0; i < x.length && i < y.length; i++) {
		const d = x[i].codePointAt(0) - y[i].codePointAt(0);
		if (d !== 0)
			return d;
	}
	return x.length - y.length;
}

function show(component) {
	const lines = [];
	const kind = component.name.toUpperCase();
	for (const property of component.getAllProperties()) {
		const name = property.name.toUpperCase();
		const values = property.getValues().map(
		    (v) => value(name, property, v));
		lines.push(`${kind} ${name} ${name === 'CATEGORIES' ?
		    values.sort(compare).join(',') : values.join(',')}`);
	}
	console.log(lines.sort(compare).join('\n'));
	component.getAllSubcomponents().forEach(show);
}

show(new ICAL.Component(ICAL.parse(readFileSync(process.argv[3], 'utf8'))));
