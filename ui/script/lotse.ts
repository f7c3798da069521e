// SPDX-License-Identifier: EUPL-1.2
// The one script of all pages, loaded as <script type="module">. Every page
// works without it.

import { focusErrors } from './errors';
import { Here } from './here';
import { Idle } from './idle';
import { Leave } from './leave';
import { Print } from './print';
import { Share } from './share';
import { Wait } from './wait';

customElements.define('lo-here', Here);
customElements.define('lo-idle', Idle);
customElements.define('lo-leave', Leave);
customElements.define('lo-print', Print);
customElements.define('lo-share', Share);
customElements.define('lo-wait', Wait);
focusErrors();
