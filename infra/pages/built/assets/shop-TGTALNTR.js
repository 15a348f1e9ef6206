import"/assets/shop-chunk-ZOCRP3N6.js";import"/assets/shop-chunk-W4QCGDD7.js";
