import { bundledCode } from '../lib/bundling.ts';
import { chatApp } from '../lib/chat-app.ts';
import { ChatStack } from '../lib/chat-stack.ts';
import { readStage, StageSettingError } from '../lib/stages.ts';

try {
  const app = chatApp();
  const stage = readStage((key) => app.node.tryGetContext(key));
  new ChatStack(app, { stage, codeOf: bundledCode() });
  app.synth();
} catch (error) {
  if (!(error instanceof StageSettingError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
