import"/assets/citizen-chunk-UDVTHAXX.js";
