/** The plugin virus/sophie. */
@NullMarked
package org.qpsmtpd.plugin.virus.sophie;

import org.jspecify.annotations.NullMarked;
