# evolution.py - subscribe Evolution Data Server to a feed; say what it holds
# and what its alarm daemon announces
#
#	dbus-run-session -- xvfb-run evolution.py URL SECONDS
#
# Prints "event UID START SUMMARY" for each event, then "ring TEXT" for the
# first notification within SECONDS. The desktop's
# notification service is the few lines below: it only writes down.
import os
import subprocess
import sys
import time
from urllib.parse import urlsplit

import gi

gi.require_version("ECal", "2.0")
gi.require_version("EDataServer", "1.2")
from gi.repository import ECal, EDataServer, Gio, GLib

url, limit = urlsplit(sys.argv[1]), float(sys.argv[2])
home = os.environ["XDG_CONFIG_HOME"]
os.makedirs(home + "/evolution/sources", exist_ok=True)
with open(home + "/evolution/sources/promised.source", "w") as f:
    f.write("""[Data Source]
DisplayName=promises
Enabled=true
Parent=webcal-stub

[Calendar]
BackendName=webcal
Selected=true

[Alarms]
IncludeMe=true

[Authentication]
Host=%s
Port=%d
Method=none

[Security]
Method=none

[WebDAV Backend]
ResourcePath=%s

[Refresh]
Enabled=true
IntervalMinutes=30
""" % (url.hostname, url.port, url.path))

NOTIFICATIONS = """<node><interface name="org.freedesktop.Notifications">
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
<arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
<arg type="s" direction="out"/><arg type="s" direction="out"/></method>
</interface></node>"""
rings = []


def called(bus, sender, path, interface, method, args, invocation):
    if method == "Notify":
        rings.append(args)
        print("ring %s %s" % (args[3], args[4].replace("\n", " ")), flush=True)
        invocation.return_value(GLib.Variant("(u)", (len(rings),)))
    elif method == "GetCapabilities":
        invocation.return_value(GLib.Variant("(as)", (["body", "actions"],)))
    elif method == "GetServerInformation":
        invocation.return_value(GLib.Variant("(ssss)", ("t", "t", "1", "1.2")))
    else:
        invocation.return_value(None)


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
bus.register_object("/org/freedesktop/Notifications",
                    Gio.DBusNodeInfo.new_for_xml(NOTIFICATIONS).interfaces[0],
                    called, None, None)
Gio.bus_own_name_on_connection(bus, "org.freedesktop.Notifications",
                               Gio.BusNameOwnerFlags.NONE, None, None)
loop = GLib.MainContext.default()


def turn(seconds, done=lambda: False):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not done():
        while loop.iteration(False):
            pass
        time.sleep(0.02)


registry = EDataServer.SourceRegistry.new_sync(None)
source = registry.ref_source("promised")
client = ECal.Client.connect_sync(source, ECal.ClientSourceType.EVENTS, 30,
                                  None)  # seconds; the first fetch is in them
found = []


def look():
    global found
    ok, found = client.get_object_list_as_comps_sync("#t", None)
    return bool(found)


end = time.monotonic() + 30
while not look() and time.monotonic() < end:
    turn(0.5)
for c in found:
    start = c.get_dtstart().get_value()
    print("event %s %s %s" % (c.get_uid(), start.as_ical_string(),
                              c.get_summary().get_value()), flush=True)
daemon = subprocess.Popen(
    ["/usr/libexec/evolution-data-server/evolution-alarm-notify"])
turn(limit, lambda: rings)
daemon.terminate()
