/** The bundles of the distribution in a Felix container, and the rules each built jar keeps. */
@NullMarked
package org.qpsmtpd.itest.container;

import org.jspecify.annotations.NullMarked;
