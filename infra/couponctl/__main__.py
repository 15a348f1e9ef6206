"""`python -m infra.couponctl`."""

import sys

from infra.couponctl.main import main

sys.exit(main())
