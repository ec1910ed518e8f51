import { describePeopleLabels } from '../contracts/people-labels.contract';
import { emulatedAlertStores } from '../dynamodb/emulated-alert-stores.factory';

const stores = emulatedAlertStores('labels');
afterAll(() => stores.close());

describePeopleLabels('labels of people, from DynamoDB', stores.open);
