package harmnet;

import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.QueryPlan;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.ParsedStatement;
import org.apache.spark.sql.catalyst.plans.logical.View;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.execution.command.DescribeTableCommand;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import scala.Function1;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * What a resolved plan may hold in the session of someone who logged in: rows come through the pub_ views of the
 * catalogue alone, commands tell what there is and change nothing. The session of the service itself is free.
 * What a statement may say at all is decided before, by {@link Grammar}.
 */
public class Guard extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {
  static final String DATABASE = "default";
  private static final Pattern COMMANDS = Pattern.compile(
      "(Show(Tables|Views|Namespaces|Columns|Functions|CurrentNamespace)"
          + "|Describe(Relation|Table|Column|Function)|Set(Namespace|CatalogAndNamespace)?)(Command)?");
  /** Leaves without rows of a file; Delta reads its own log through the last two. */
  private static final Set<String> LEAVES = Set.of(
      "OneRowRelation", "LocalRelation", "Range", "CTERelationRef", "UnionLoopRef", "CommandResult", "LogicalRDD");
  private static final String DELTA_LOG = "org.apache.spark.sql.delta.DeltaLogFileIndex";
  /** Functions that call Java by name, or tell where files lie. */
  private static final Set<String> FUNCTIONS = Set.of(
      "CallMethodViaReflection", "TryReflect", "InputFileName", "InputFileBlockStart", "InputFileBlockLength");
  private static volatile SparkSession own;

  /** From now on every session but this one is guarded. */
  public static void arm(SparkSession session) {
    own = session;
  }

  static SecurityException refusal(String what) {
    return new SecurityException("not permitted: " + what);
  }

  /** Refuses a plan that reads rows in another way than through the views. */
  static void checkRows(QueryPlan<?> plan) {
    checkRows(plan, false);
  }

  private static void checkCommands(LogicalPlan plan) {
    String name = nameOf(plan);
    boolean told = plan instanceof DescribeTableCommand && ((DescribeTableCommand) plan).isExtended();
    if (plan instanceof Command && (!COMMANDS.matcher(name).matches() || told)) throw refusal("command " + name);
    if (plan instanceof ParsedStatement || name.equals("ScriptTransformation")) throw refusal(name);
    for (LogicalPlan child : CollectionConverters.asJava(plan.children())) checkCommands(child);
  }

  private static void checkRows(QueryPlan<?> plan, boolean inView) {
    if (plan instanceof Command) return;
    String name = nameOf(plan);
    boolean below = inView || plan instanceof View && isPublished((View) plan);
    if (!below) {
      boolean leaf = CollectionConverters.asJava(plan.children()).isEmpty();
      if (leaf && !LEAVES.contains(name) && !isDeltaLog(plan)) throw refusal("to read " + name + "; read the pub_ views");
      for (Expression one : CollectionConverters.asJava(plan.expressions())) checkFunctions(one);
    }
    for (Object child : CollectionConverters.asJava(plan.children())) checkRows((QueryPlan<?>) child, below);
    for (Object child : CollectionConverters.asJava(plan.subqueries())) checkRows((QueryPlan<?>) child, below);
    for (Object child : CollectionConverters.asJava(plan.innerChildren())) {
      if (child instanceof LogicalPlan) checkRows((QueryPlan<?>) child, below);
    }
  }

  private static void checkFunctions(Expression expression) {
    if (FUNCTIONS.contains(expression.getClass().getSimpleName())) {
      throw refusal("function " + expression.prettyName());
    }
    for (Expression child : CollectionConverters.asJava(expression.children())) checkFunctions(child);
  }

  private static boolean isPublished(View view) {
    scala.Option<String> database = view.desc().identifier().database();
    return !view.isTempView() && database.isDefined() && database.get().equals(DATABASE);
  }

  /** Delta reads its log with DataFrames in the caller's session; only Delta's own code makes this file index. */
  private static boolean isDeltaLog(QueryPlan<?> plan) {
    return plan instanceof LogicalRelation
        && ((LogicalRelation) plan).relation() instanceof HadoopFsRelation
        && ((HadoopFsRelation) ((LogicalRelation) plan).relation()).location().getClass().getName().equals(DELTA_LOG);
  }

  static String nameOf(QueryPlan<?> plan) {
    return plan.getClass().getSimpleName().replace("$", "");
  }

  private static boolean isGuarded(SparkSession session) {
    return own != null && session != own;
  }

  /** After analysis, which is the last moment to hold up a command. Views are not whole here: each is analysed apart. */
  private static final class Analysed extends AbstractFunction1<LogicalPlan, BoxedUnit> {
    private final SparkSession session;

    Analysed(SparkSession session) {
      this.session = session;
    }

    @Override
    public BoxedUnit apply(LogicalPlan plan) {
      if (isGuarded(session)) checkCommands(plan);
      return BoxedUnit.UNIT;
    }
  }

  /** Before optimisation: the plan that is about to be run, however it came to be. */
  private static final class Normalised extends Rule<LogicalPlan> {
    private final SparkSession session;

    Normalised(SparkSession session) {
      this.session = session;
    }

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
      if (isGuarded(session)) checkRows(plan);
      return plan;
    }
  }

  private static final class MakeAnalysed
      extends AbstractFunction1<SparkSession, Function1<LogicalPlan, BoxedUnit>> {
    @Override
    public Function1<LogicalPlan, BoxedUnit> apply(SparkSession session) {
      return new Analysed(session);
    }
  }

  private static final class MakeNormalised extends AbstractFunction1<SparkSession, Rule<LogicalPlan>> {
    @Override
    public Rule<LogicalPlan> apply(SparkSession session) {
      return new Normalised(session);
    }
  }

  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    extensions.injectCheckRule(new MakeAnalysed());
    extensions.injectPlanNormalizationRule(new MakeNormalised());
    return BoxedUnit.UNIT;
  }
}
