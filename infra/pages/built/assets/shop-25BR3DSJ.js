import"/assets/shop-chunk-UTU6BIQN.js";import"/assets/shop-chunk-W4QCGDD7.js";
