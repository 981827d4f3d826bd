package harmnet;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.catalyst.analysis.UnresolvedNamespace;
import org.apache.spark.sql.catalyst.analysis.UnresolvedRelation;
import org.apache.spark.sql.catalyst.analysis.UnresolvedTableOrView;
import org.apache.spark.sql.catalyst.analysis.UnresolvedTableValuedFunction;
import org.apache.spark.sql.catalyst.plans.QueryPlan;
import org.apache.spark.sql.catalyst.plans.logical.DescribeColumn;
import org.apache.spark.sql.catalyst.plans.logical.DescribeRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.command.SetCommand;
import scala.Option;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What a statement may say, decided on its parsed form: nothing has been looked up by then, so a refused statement
 * cannot tell whether a file is there. A list of what is allowed; what Spark learns next is refused until it is on it.
 */
final class Grammar {
  static final String PURPOSE = "harmnet.purpose";
  private static final Set<String> QUERIES = Set.of(
      "Project", "Filter", "Aggregate", "UnresolvedHaving", "Join", "LateralJoin", "Union", "Intersect", "Except",
      "Distinct", "Sort", "GlobalLimit", "LocalLimit", "Offset", "Sample", "Generate", "Pivot", "Unpivot",
      "WithWindowDefinition", "UnresolvedWith", "SubqueryAlias", "UnresolvedSubqueryColumnAliases",
      "UnresolvedTVFAliases", "UnresolvedHint", "RepartitionByExpression", "OneRowRelation", "LocalRelation",
      "UnresolvedInlineTable", "UnresolvedRelation", "UnresolvedTableValuedFunction");
  private static final Set<String> COMMANDS = Set.of(
      "ShowTables", "ShowViews", "ShowColumns", "ShowFunctions", "ShowNamespacesCommand", "ShowCurrentNamespaceCommand",
      "DescribeRelation", "DescribeColumn", "DescribeFunction", "SetCatalogAndNamespace", "SetNamespaceCommand",
      "SetCommand", "UnresolvedNamespace", "CurrentNamespace", "UnresolvedTableOrView", "UnresolvedFunctionName");
  private static final Set<String> TABLE_FUNCTIONS = Set.of(
      "range", "explode", "explode_outer", "posexplode", "posexplode_outer", "inline", "inline_outer", "stack",
      "json_tuple");

  private Grammar() {}

  /** Names of the tables and views that a parsed statement names, in lower case. SecurityException when refused. */
  static Set<String> namedIn(LogicalPlan parsed) {
    Set<String> names = new TreeSet<>();
    look(parsed, names);
    return names;
  }

  private static void look(QueryPlan<?> plan, Set<String> names) {
    String name = Guard.nameOf(plan);
    if (!QUERIES.contains(name) && !COMMANDS.contains(name)) throw Guard.refusal(name);
    if (plan instanceof UnresolvedRelation) {
      UnresolvedRelation relation = (UnresolvedRelation) plan;
      if (relation.isStreaming() || !relation.options().isEmpty()) throw Guard.refusal("options of a table");
      names.add(own(CollectionConverters.asJava(relation.multipartIdentifier())));
    } else if (plan instanceof UnresolvedTableOrView) {
      names.add(own(CollectionConverters.asJava(((UnresolvedTableOrView) plan).multipartIdentifier())));
    } else if (plan instanceof UnresolvedNamespace) {
      List<String> parts = CollectionConverters.asJava(((UnresolvedNamespace) plan).multipartIdentifier());
      String last = parts.isEmpty() ? "" : parts.get(parts.size() - 1).toLowerCase(Locale.ROOT);
      if (!Set.of("", Guard.DATABASE, "spark_catalog").contains(last)) throw Guard.refusal("database " + last);
    } else if (plan instanceof UnresolvedTableValuedFunction) {
      List<String> parts = CollectionConverters.asJava(((UnresolvedTableValuedFunction) plan).name());
      String function = String.join(".", parts).toLowerCase(Locale.ROOT);
      if (!TABLE_FUNCTIONS.contains(function)) throw Guard.refusal("table function " + function);
    } else if (plan instanceof SetCommand) {
      checkSetting(((SetCommand) plan).kv());
    } else if (plan instanceof DescribeRelation && ((DescribeRelation) plan).isExtended()
        || plan instanceof DescribeColumn && ((DescribeColumn) plan).isExtended()) {
      throw Guard.refusal("DESCRIBE EXTENDED");
    }
    Set<Object> inside = new HashSet<>(CollectionConverters.asJava(plan.children()));
    inside.addAll(CollectionConverters.asJava(plan.subqueries()));
    inside.addAll(CollectionConverters.asJava(plan.innerChildren()));
    for (Object one : inside) if (one instanceof LogicalPlan) look((QueryPlan<?>) one, names);
  }

  /** A table of another database or of a path, such as delta.`/somewhere`, is none of the service's. */
  private static String own(List<String> parts) {
    String last = parts.get(parts.size() - 1).toLowerCase(Locale.ROOT);
    String before = String.join(".", parts.subList(0, parts.size() - 1)).toLowerCase(Locale.ROOT);
    if (!Set.of("", Guard.DATABASE, "spark_catalog." + Guard.DATABASE).contains(before)) {
      throw Guard.refusal("to read " + String.join(".", parts) + "; read the pub_ views");
    }
    return last;
  }

  private static void checkSetting(Option<Tuple2<String, Option<String>>> setting) {
    boolean purpose = setting.isDefined() && setting.get()._1().equals(PURPOSE) && setting.get()._2().isDefined();
    if (!purpose) throw Guard.refusal("SET of anything but " + PURPOSE);
  }
}
