import"/assets/citizen-chunk-4PWRXEA7.js";
