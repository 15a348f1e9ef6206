"""couponctl: the operator's command line of a coupon season."""
