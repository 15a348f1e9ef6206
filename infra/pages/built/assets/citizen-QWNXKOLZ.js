import"/assets/citizen-chunk-CGY6TSBM.js";
