import"/assets/citizen-chunk-CYYMZLBC.js";
