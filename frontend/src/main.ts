// What a dashboard is given. Each of these defines and offers itself (register.ts): another part is
// one more line here.

import "./card/plan-card";
import "./feature/next-run";
import "./strategy/dashboard";
import "./strategy/section";
