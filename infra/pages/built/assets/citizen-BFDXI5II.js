import"/assets/citizen-chunk-C3RL3JBK.js";
