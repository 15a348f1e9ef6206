// The shop: what is loaded at once.

import "./start";
import "./style.css";
