import"/assets/citizen-chunk-BMQTDRXN.js";
