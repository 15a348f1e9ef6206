import"/assets/citizen-chunk-PWBZIBXE.js";
