# contrib: scripts for those who run and build it
