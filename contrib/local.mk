# contrib: scripts for those who run and build it
EXTRA_DIST += contrib/try contrib/check contrib/packages contrib/packages.sh
