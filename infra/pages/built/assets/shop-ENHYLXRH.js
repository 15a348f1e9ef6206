import"/assets/shop-chunk-UNYQWDOP.js";import"/assets/shop-chunk-W4QCGDD7.js";
