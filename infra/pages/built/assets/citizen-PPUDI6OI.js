import"/assets/citizen-chunk-XRTVBYM5.js";
