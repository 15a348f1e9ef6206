import"/assets/citizen-chunk-G75LHWTL.js";
