import type { Rule } from '../rule.ts';
import type { Caption } from './caption.ts';
import { exchangeThings } from './exchange.ts';

// What somebody does to something; the other way round it is another picture. What both do (talking, facing) is none of these.
const acting =
  /^(?:(?:is|are|that is|that are|who is|who are) )?(?:riding|holding|carrying|pulling|pushing|chasing|watching|following|feeding|petting|eating|wearing|biting|licking|kicking|throwing|catching|washing|hugging|kissing|using|hitting|cutting|chewing|sniffing|brushing|grooming|leading|herding|helping|teaching|touching|flying|driving|swinging|drinking|pouring|preparing|cooking|selling|serving|reading|towing|hauling|grabbing|tossing|climbing|approaching|looking at|staring at|reaching for|running after|jumping over|pointing at|rides|holds|carries|pulls|pushes|chases|watches|follows|feeds|pets|eats|wears|bites|licks|kicks|throws|catches|washes|hugs|kisses|uses|hits|cuts|looks at|ride|hold|carry|pull|push|chase|watch|follow|feed|pet|eat|wear)$/;
/** `a man riding a horse` → `a horse riding a man`. */
export const agentPatient: Rule<Caption> = (caption) => exchangeThings(caption, (between) => acting.test(between));
