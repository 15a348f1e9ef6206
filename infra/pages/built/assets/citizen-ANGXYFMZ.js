import"/assets/citizen-chunk-UMFDFSTG.js";
