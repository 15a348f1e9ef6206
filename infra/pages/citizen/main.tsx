// A citizen's pages: what is loaded at once.

import "./start";
import "./style.css";
