import"/assets/citizen-chunk-3HVW7VPQ.js";
