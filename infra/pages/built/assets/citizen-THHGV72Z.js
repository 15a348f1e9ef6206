import"/assets/citizen-chunk-HPAAYGHF.js";
