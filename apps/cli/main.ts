import { CommanderError } from 'commander';
import { EXIT, UsageError } from './exit-codes';
import { failureText } from './failure-text';
import { tidewatchProgram } from './program';

const program = tidewatchProgram();

// A reader that has seen enough, as head has, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

try {
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync();
} catch (error) {
  // Help and version end this way too; commander has printed what there is to say.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else {
    process.stderr.write(`tidewatch: ${failureText(error)}\n`);
    process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}
