package dev.gatun;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The arrows of docs/architecture.md, held: who may know whom. */
class ArchitectureTest {
    /** What each Maven module may depend on, besides itself. */
    private static final Map<String, Set<String>> ARROWS = Map.of(
            "runtime-native", Set.of(),
            "runtime-core", Set.of("runtime-native"),
            "image-store", Set.of("runtime-native"),
            "orchestrator-agent", Set.of("runtime-native", "runtime-core", "image-store"));

    /** A class comes from a module's output folder or, when Maven has packed the module already, from its archive. */
    private static final Pattern ORIGIN = Pattern.compile("/([a-z-]+)(?:/target/classes/|-[0-9][^/!]*\\.jar!/)");

    private static final JavaClasses GATUN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.gatun");

    @Test
    void modules_know_only_the_modules_below_them() {
        check(classes().should(new ArchCondition<>("depend only on modules below their own") {
            @Override
            public void check(JavaClass origin, ConditionEvents events) {
                String from = module(origin);
                for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    if (!isGatun(target)) {
                        continue;
                    }
                    String to = module(target);
                    if (!to.equals(from) && !ARROWS.get(from).contains(to)) {
                        events.add(SimpleConditionEvent.violated(
                                dependency, from + " -> " + to + ": " + dependency.getDescription()));
                    }
                }
            }
        }));
    }

    @Test
    void every_class_belongs_to_a_module_and_every_package_to_one() {
        Map<String, Set<String>> modulesOfPackage = GATUN.stream()
                .collect(groupingBy(JavaClass::getPackageName, mapping(ArchitectureTest::module, toSet())));

        assertThat(modulesOfPackage).isNotEmpty().allSatisfy((name, modules) -> {
            assertThat(modules).as("modules of package %s", name).hasSize(1);
            assertThat(ARROWS).containsKeys(modules.toArray(String[]::new));
        });
    }

    @Test
    void packages_have_no_cycles() {
        check(slices().matching("dev.gatun.(**)").should().beFreeOfCycles());
    }

    @Test
    void only_the_linux_package_calls_native_code() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.gatun.linux..")
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "link native code (java.lang.foreign.Linker, JNA)",
                        type -> type.getName().equals("java.lang.foreign.Linker")
                                || type.getName().startsWith("java.lang.foreign.Linker$")
                                || type.getPackageName().equals("com.sun.jna")
                                || type.getPackageName().startsWith("com.sun.jna."))));
    }

    @Test
    void only_cli_packages_parse_command_lines() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("..cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("picocli.."));
    }

    @Test
    void only_cli_packages_print() {
        check(noClasses().that().resideOutsideOfPackage("..cli..").should(ACCESS_STANDARD_STREAMS));
    }

    /** A rule about a package nobody has filled yet is kept, not failed. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(GATUN);
    }

    private static boolean isGatun(JavaClass type) {
        return type.getPackageName().startsWith("dev.gatun.");
    }

    private static String module(JavaClass type) {
        String origin = type.getSource().orElseThrow().getUri().toString();
        Matcher matcher = ORIGIN.matcher(origin);
        if (!matcher.find()) {
            throw new AssertionError(type.getName() + " comes from no module of Gatun: " + origin);
        }
        return matcher.group(1);
    }
}
