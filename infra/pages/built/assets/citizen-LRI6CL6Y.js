import"/assets/citizen-chunk-6K5J2Z2N.js";
