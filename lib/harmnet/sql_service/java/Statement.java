package harmnet;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.hive.service.cli.FetchOrientation;
import org.apache.hive.service.cli.HiveSQLException;
import org.apache.hive.service.cli.session.HiveSession;
import org.apache.hive.service.rpc.thrift.TRowSet;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.QueryPlan;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.View;
import org.apache.spark.sql.hive.thriftserver.ArrayFetchIterator;
import org.apache.spark.sql.hive.thriftserver.SparkExecuteStatementOperation;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction0;

/** A statement of someone who logged in: looked at and logged before it is run, and logged before rows leave. */
final class Statement extends SparkExecuteStatementOperation {
  private static final int PLAN_FIELDS = 40;
  /** Sent by Hive's JDBC driver each time it connects; nothing of the service follows it. */
  private static final String FETCH_SIZE = "hive.server2.thrift.resultset.default.fetch.size";
  private final SparkSession session;
  private final HiveSession caller;
  private final String text;
  private Set<String> views = Set.of();
  private String reading;
  private boolean closed;

  Statement(
      SparkSession session, HiveSession caller, String text, Map<String, String> overlay, boolean async, long timeout) {
    super(session, caller, text, overlay, async, timeout);
    this.session = session;
    this.caller = caller;
    this.text = text;
  }

  @Override
  public void runInternal() {
    guarded(() -> {
      open();
      super.runInternal();
      return null;
    });
  }

  @Override
  public TRowSet getNextRowSet(FetchOrientation order, long rows) {
    return guarded(() -> {
      synchronized (this) {
        if (!closed) Ledger.close(reading, views, count());
        closed = true;
      }
      return super.getNextRowSet(order, rows);
    });
  }

  /** What Spark says of a failure holds the plan, with the people whom corrections withhold: one line is enough. */
  @Override
  public void setOperationException(HiveSQLException error) {
    super.setOperationException(inOneLine(error));
  }

  private void open() {
    String state = "";
    String plan = null;
    try {
      checkSettings();
      LogicalPlan parsed = session.sessionState().sqlParser().parsePlan(text);
      Set<String> named = Grammar.namedIn(parsed);
      state = Ledger.fresh(named);
      LogicalPlan analysed = asCaller(() -> {
        var execution = session.sessionState().executePlan(parsed, org.apache.spark.sql.execution.CommandExecutionMode.SKIP());
        execution.assertAnalyzed();
        Guard.checkRows(execution.analyzed());
        return execution.analyzed();
      });
      plan = drawn(analysed);
      views = new TreeSet<>(named);
    } catch (Throwable error) {
      Ledger.open(caller.getUserName(), state, purpose(), text, plan, line(error));
      throw Statement.<RuntimeException>thrown(error);
    }
    reading = Ledger.open(caller.getUserName(), state, purpose(), text, plan, null);
  }

  /** Settings that a driver sends when it connects would reach the session without a statement. */
  private void checkSettings() {
    Set<String> given = new TreeSet<>(caller.getSessionState().getOverriddenConfigurations().keySet());
    given.addAll(caller.getSessionState().getHiveVariables().keySet());
    given.removeAll(Set.of(Grammar.PURPOSE, Server.PASSWORDS, FETCH_SIZE));
    if (!given.isEmpty()) throw Guard.refusal("to connect with the setting " + String.join(", ", given));
  }

  private String purpose() {
    return session.sessionState().conf().getConfString(Grammar.PURPOSE, null);
  }

  private <T> T asCaller(Supplier<T> work) {
    return withLocalProperties(new AbstractFunction0<T>() {
      @Override
      public T apply() {
        return work.get();
      }
    });
  }

  private long count() {
    try {
      Field field = SparkExecuteStatementOperation.class.getDeclaredField("iter");
      field.setAccessible(true);
      Object rows = field.get(this);
      if (rows == null) return 0;
      Field source = ArrayFetchIterator.class.getDeclaredField("src");
      source.setAccessible(true);
      return java.lang.reflect.Array.getLength(source.get(rows));
    } catch (ReflectiveOperationException | IllegalArgumentException error) {
      throw new SecurityException("the rows cannot be counted: nothing was shown");
    }
  }

  /** The plan as lines, down to the views: what lies below them is the same for everyone. */
  private static String drawn(LogicalPlan plan) {
    StringBuilder lines = new StringBuilder();
    draw(plan, "", lines);
    return lines.toString();
  }

  private static void draw(QueryPlan<?> plan, String indent, StringBuilder lines) {
    lines.append(indent).append(plan.simpleString(PLAN_FIELDS)).append('\n');
    if (plan instanceof View) return;
    for (Object inside : CollectionConverters.asJava(plan.innerChildren())) {
      if (inside instanceof QueryPlan) draw((QueryPlan<?>) inside, indent + " : ", lines);
    }
    for (Object child : CollectionConverters.asJava(plan.children())) draw((QueryPlan<?>) child, indent + "  ", lines);
  }

  private static <T> T guarded(Supplier<T> work) {
    try {
      return work.get();
    } catch (Throwable error) {
      throw Statement.<RuntimeException>thrown(inOneLine(error));
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E thrown(Throwable error) throws E {
    throw (E) error;
  }

  private static HiveSQLException inOneLine(Throwable error) {
    Throwable first = error;
    String state = null;
    while (first instanceof HiveSQLException && first.getCause() != null) {
      state = state == null ? ((HiveSQLException) first).getSQLState() : state;
      first = first.getCause();
    }
    String told = line(first);
    HiveSQLException one = new HiveSQLException(told, told.startsWith("not permitted") ? "42501" : state);
    one.setStackTrace(new StackTraceElement[0]);
    return one;
  }

  private static String line(Throwable error) {
    String told = error instanceof AnalysisException ? ((AnalysisException) error).getSimpleMessage() : error.getMessage();
    String first = told == null ? "" : told.strip().lines().findFirst().orElse("");
    return first.isEmpty() ? error.getClass().getSimpleName() : first;
  }
}
