# Home Assistant 2026.11 serves the name voluptuous from probatio; mypy has to know it too.
from probatio import *
