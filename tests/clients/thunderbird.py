# thunderbird.py - subscribe Thunderbird, without a screen, to a feed; say what
# it holds and which alarms it raises
#
#	thunderbird.py PROFILE URL SECONDS
#
# Driven over Marionette, the remote control that comes with it. Prints
# "event TITLE", then "ring TITLE" for the first alarm within SECONDS.
import json
import os
import socket
import subprocess
import sys
import time

profile, url, limit = sys.argv[1], sys.argv[2], float(sys.argv[3])
os.makedirs(profile, exist_ok=True)
uuid = "11111111-2222-3333-4444-555555555555"
prefs = {
    "calendar.registry.%s.type" % uuid: "ics",
    "calendar.registry.%s.uri" % uuid: url,
    "calendar.registry.%s.name" % uuid: "promises",
    "calendar.registry.%s.readOnly" % uuid: True,
    "calendar.registry.%s.cache.enabled" % uuid: False,
    "calendar.alarms.show": True,
    "marionette.port": 0,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.spotlight.firstRunDone": True,
}
with open(profile + "/user.js", "w") as f:
    for name, value in prefs.items():
        f.write("user_pref(%s, %s);\n" % (json.dumps(name), json.dumps(value)))
log = open(profile + "/log", "w")
tb = subprocess.Popen(["thunderbird", "--headless", "--marionette",
                       "--no-remote", "-remote-allow-system-access",
                       "--profile", profile],
                      stdout=log, stderr=log)
end = time.monotonic() + 60
port = None
while port is None and time.monotonic() < end:
    try:
        port = int(open(profile + "/MarionetteActivePort").read())
    except (OSError, ValueError):
        time.sleep(0.2)
s = socket.create_connection(("127.0.0.1", port), timeout=60)
buf = b""


def receive():
    global buf
    while b":" not in buf:
        buf += s.recv(65536)
    n, _, rest = buf.partition(b":")
    n = int(n)
    while len(rest) < n:
        rest += s.recv(65536)
    buf = rest[n:]
    return json.loads(rest[:n])


count = 0


def command(name, **params):
    global count
    count += 1
    m = json.dumps([0, count, name, params])
    s.sendall(("%d:%s" % (len(m.encode()), m)).encode())
    kind, number, error, result = receive()
    if error:
        sys.exit("%s: %s" % (name, error))
    return result


receive()
command("WebDriver:NewSession", capabilities={})
command("Marionette:SetContext", value="chrome")
command("WebDriver:SetTimeouts", script=60000)
LOOK = """
const done = arguments[arguments.length - 1];
(async () => {
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const c = cal.manager.getCalendars().find(x => x.name === "promises");
  if (!c) return done(["no calendar"]);
  const items = await c.getItemsAsArray(c.ITEM_FILTER_ALL_ITEMS, 0, null, null);
  done(items.map(i => i.title));
})().catch(e => done(["fault " + e]));
"""
end = time.monotonic() + 40
items = []
while not items and time.monotonic() < end:
    items = command("WebDriver:ExecuteAsyncScript", script=LOOK, args=[])["value"]
    time.sleep(0.5)
for i in items:
    print("event", i, flush=True)
WATCH = """
const alarms = Cc["@mozilla.org/calendar/alarm-service;1"].getService(Ci.calIAlarmService);
const win = Services.wm.getMostRecentWindow("mail:3pane");
win.rings = [];
alarms.addObserver({
  QueryInterface: ChromeUtils.generateQI(["calIAlarmServiceObserver"]),
  onAlarm(item) { win.rings.push(item.title); },
  onNotification() {}, onRemoveAlarmsByItem() {}, onRemoveAlarmsByCalendar() {},
  onAlarmsLoaded() {},
});
"""
HEARD = "return Services.wm.getMostRecentWindow('mail:3pane').rings;"
command("WebDriver:ExecuteScript", script=WATCH, args=[])
end = time.monotonic() + limit
rings = []
while not rings and time.monotonic() < end:
    rings = command("WebDriver:ExecuteScript", script=HEARD, args=[])["value"]
    time.sleep(0.5)
for i in rings:
    print("ring", i, flush=True)
tb.terminate()
tb.wait()
