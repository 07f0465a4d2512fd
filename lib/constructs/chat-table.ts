import { CfnElement, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

export interface ChatTableProps {
  /** Keeps the table when the stack goes, and refuses its deletion by hand. */
  protectData: boolean;
}

const INDEX = 'GSI1';

/** The one table. What its items are is written down in `lambdas/data`. */
export class ChatTable extends TableV2 {
  constructor(scope: Construct, id: string, { protectData }: ChatTableProps) {
    super(scope, id, {
      partitionKey: { name: 'PK', type: AttributeType.STRING },
      sortKey: { name: 'SK', type: AttributeType.STRING },
      // A projected attribute would cost an index write at every send: keys only, and a page is completed by BatchGetItem.
      globalSecondaryIndexes: [
        {
          indexName: INDEX,
          partitionKey: { name: 'GSI1PK', type: AttributeType.STRING },
          sortKey: { name: 'GSI1SK', type: AttributeType.STRING },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
      billing: Billing.onDemand(),
      timeToLiveAttribute: 'ttl',
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: protectData,
      removalPolicy: protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    pinLogicalId(this);
  }

  get indexArn(): string {
    return `${this.tableArn}/index/${INDEX}`;
  }
}

/** CloudFormation replaces a resource whose logical id changes: moving this construct in the code must never replace the data. */
function pinLogicalId(table: TableV2): void {
  const { defaultChild } = table.node;
  if (defaultChild instanceof CfnElement) defaultChild.overrideLogicalId('ChatTable');
}
