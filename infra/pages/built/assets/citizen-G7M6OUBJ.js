import"/assets/citizen-chunk-4NM6JIVJ.js";
