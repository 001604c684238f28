/** The plugin dont_require_anglebrackets. */
@NullMarked
package org.qpsmtpd.plugin.dontrequireanglebrackets;

import org.jspecify.annotations.NullMarked;
