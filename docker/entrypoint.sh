#!/bin/sh
# One exec: node becomes process 1 and gets the signals itself.
exec node /app/dist/main.js "$@"
