import"/assets/citizen-chunk-FN2HCXTV.js";
