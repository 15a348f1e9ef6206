import"/assets/citizen-chunk-CFQE3LBM.js";
