package harmnet;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where statements wait for what Python decides: Python takes a request, reads or writes the lake, and answers it.
 * So access_log is written by the code that writes it for the command line, and Python needs no socket of its own.
 */
public final class Ledger {
  private static final long SECONDS = 120;
  private static final LinkedBlockingQueue<Request> WAITING = new LinkedBlockingQueue<>();

  /** One thing asked of Python: what it is about, and once answered a token that stands for the answer. */
  public static final class Request {
    private final String kind;
    private final String user;
    private final String[] texts;
    private final long rows;
    private final CompletableFuture<String> answer = new CompletableFuture<>();

    Request(String kind, String user, long rows, String... texts) {
      this.kind = kind;
      this.user = user;
      this.rows = rows;
      this.texts = texts;
    }

    public String kind() {
      return kind;
    }

    public String user() {
      return user;
    }

    public String text(int place) {
      return texts[place];
    }

    public long rows() {
      return rows;
    }

    public void done(String token) {
      answer.complete(token);
    }

    public void failed(String why) {
      answer.completeExceptionally(new SecurityException(why));
    }
  }

  private Ledger() {}

  /** The next request, or null when none came within so many milliseconds. */
  public static Request take(long milliseconds) throws InterruptedException {
    return WAITING.poll(milliseconds, TimeUnit.MILLISECONDS);
  }

  /** Makes these views what they are today; the answer names the state of the lake that they show. */
  static String fresh(Set<String> views) {
    return ask(new Request("FRESH", null, 0, String.join(" ", views)));
  }

  /** Logs a statement that is about to be run, or one that was refused; the answer names the reading. */
  static String open(String user, String state, String purpose, String statement, String plan, String refused) {
    return ask(new Request("OPEN", user, 0, state, purpose, statement, plan, refused));
  }

  /** Logs how many rows are about to leave, unless what they were read from is not what stands there now. */
  static void close(String reading, Set<String> views, long rows) {
    ask(new Request("CLOSE", null, rows, reading, String.join(" ", views)));
  }

  private static String ask(Request request) {
    WAITING.add(request);
    try {
      return request.answer.get(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException error) {
      throw new SecurityException("the statement could not be logged in " + SECONDS + " s: nothing was shown");
    } catch (java.util.concurrent.ExecutionException error) {
      throw new SecurityException(error.getCause().getMessage());
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
      throw new SecurityException("the statement was cancelled");
    }
  }
}
