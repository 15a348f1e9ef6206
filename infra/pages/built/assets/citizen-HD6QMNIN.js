import"/assets/citizen-chunk-LJIF6KUC.js";
