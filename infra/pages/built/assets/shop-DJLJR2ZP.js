import"/assets/shop-chunk-BN3FWVMY.js";import"/assets/shop-chunk-W4QCGDD7.js";
